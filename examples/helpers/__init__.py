"""Helpers of the lessons: the command line, saved pictures, files of animals. No lesson is in here."""
