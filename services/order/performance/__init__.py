"""The contract performance table (合同履行一览表, S131), read from the documents."""
