"""The four services of Kehu. Each owns its data; none imports another."""
