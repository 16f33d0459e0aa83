"""The analytics service (统计分析): facts fed by events alone, and the reports over them."""
