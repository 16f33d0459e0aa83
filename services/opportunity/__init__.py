"""The opportunity service: products and prices, opportunities, activities, quotes."""
