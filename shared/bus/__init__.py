"""The bus: topics of records in partitions, read by groups. One port, two implementations."""
