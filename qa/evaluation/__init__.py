"""Question sets and measures: how good are the answers, on whose questions?"""
