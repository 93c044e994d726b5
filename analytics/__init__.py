"""The renewal-agent scorecard's core: everything that computes, and nothing that draws pages."""
