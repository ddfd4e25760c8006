"""The screens, one folder a feature: routes, forms, queries, operations. Features never import each other."""
