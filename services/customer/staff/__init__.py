"""Staff (员工): the people of the company, their roles, and their sign-in."""
