"""Work plans (工作计划) of a day, a week, a month: handed in, approved, closed with results."""
