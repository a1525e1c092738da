"""What the API takes and answers, a module a resource."""
