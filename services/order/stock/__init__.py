"""The stock view (库存): how much of a product each site has, told by another system or entered."""
