"""Pure building blocks: errors, ids, time, money, actors. No framework is imported here."""
