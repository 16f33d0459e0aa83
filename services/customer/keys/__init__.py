"""The keys that sign access tokens (签名密钥): made, published, rotated, given up."""
