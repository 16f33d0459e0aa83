"""Orders (订单): placed, reviewed against eligibility and money, fulfilled, closed."""
