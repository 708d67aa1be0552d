//! How Stripe's money becomes balanced postings: pure functions of what is known about objects.
