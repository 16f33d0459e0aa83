"""The catalogue (产品目录): what is sold at which price today, as customers see it."""
