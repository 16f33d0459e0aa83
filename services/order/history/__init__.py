"""Sales history taken over as complete chains of documents, in the direct_delivery type."""
