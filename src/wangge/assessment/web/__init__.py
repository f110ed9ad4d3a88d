"""Pages of the assessment: ranking, units, figures and their cases, months, appeals, parameters, sheets."""
