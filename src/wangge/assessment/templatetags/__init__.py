"""Small pieces for the assessment's templates."""
