"""Changes of designation information (信息变更): reported, found, checked, confirmed."""
