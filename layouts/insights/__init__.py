"""The Insights page: three answers, and sections for analysts."""
