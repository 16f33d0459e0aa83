"""Activities (跟进记录): visits, calls, messages and meetings, and who is to be contacted next."""
