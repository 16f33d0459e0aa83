"""Drafts (订单草稿): what customers put together in the portal, until they submit it (S25)."""
