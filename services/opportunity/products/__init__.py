"""Products (产品): lines, categories and products, with the cost that only some may see."""
