//! The policy, and the answer to "may this customer use this?"
