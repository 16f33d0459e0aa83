"""The price list (价格表): one list, kept as versions that come into force on a day."""
