"""Opportunities (销售机会): from the first chance to won or lost; registered as projects (立项)."""
