"""Units (组织单位): company, regions, branches, departments and teams as one tree (S218)."""
