"""The pipeline funnel (S74): conversion and time per stage, outcomes, amounts by currency."""
