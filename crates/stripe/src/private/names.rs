//! Which members of Stripe's objects, and which texts, are secret or personal. Every list stands here, and nowhere else: what is added here is covered in bodies,
//! in answers, in output and in logs at once.

/// Members whose values let their holder act on a payment. They leave for nobody.
pub const SECRETS: &[&str] = &["client_secret"];

/// What secrets begin with: keys of Stripe's API and of devices, signing secrets of webhooks, keys of this program.
pub const PREFIXES: &[&str] =
    &["sk_live_", "sk_test_", "sk_org_", "rk_live_", "rk_test_", "rk_org_", "ek_live_", "ek_test_", "whsec_", "dbk_"];

/// What a client secret begins with where its form is known: the object that it lets its holder act on.
pub const SECRET_PREFIXES: &[&str] = &["accs", "cs", "cuss", "fcsess", "pi", "seti", "src", "vs"];

/// What stands in the middle of a client secret: `pi_1_secret_2`.
pub const WITHIN: &str = "_secret_";

/// Words that make a member personal wherever they stand in its name: `customer_email`, `billing_address`, `contactPhone`.
const WORDS: &[&str] = &[
    "address",
    "birthday",
    "birthdate",
    "cardholder",
    "dob",
    "email",
    "emails",
    "fax",
    "fingerprint",
    "iban",
    "ip",
    "mail",
    "mobile",
    "passport",
    "phone",
    "phones",
    "postcode",
    "ssn",
    "street",
    "surname",
    "zip",
];

/// Members that are personal under exactly this name: whole objects about somebody, names of somebody, and texts that people write about each other.
const NAMES: &[&str] = &[
    "account_holder_name",
    "account_number",
    "billing_details",
    "business_name",
    "buyer_id",
    "cashtag",
    "city",
    "custom_fields",
    "customer_details",
    "customer_name",
    "customer_shipping",
    "customer_tax_ids",
    "evidence",
    "first_name",
    "full_name",
    "id_number",
    "individual",
    "individual_name",
    "last_name",
    "line1",
    "line2",
    "maiden_name",
    "name",
    "owner",
    "payer_id",
    "payer_name",
    "postal_code",
    "shipping",
    "shipping_details",
    "tax_id",
    "tax_ids",
    "tos_acceptance",
    "user_agent",
    "user_name",
    "username",
    "verification_fields",
    "verified_name",
];

/// Whether a member of this name is a secret.
pub fn is_secret(name: &str) -> bool {
    SECRETS.contains(&name)
}

/// Whether a member of this name says who somebody is, or how to reach them.
pub fn is_personal(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    NAMES.contains(&&*lower) || words(name).any(|word| WORDS.contains(&&*word))
}

/// The words of a name: parted by what is no letter or digit, and by capitals.
fn words(name: &str) -> impl Iterator<Item = String> {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.flat_map(|part| {
        let mut words: Vec<String> = Vec::new();
        let mut was_small = false;
        for letter in part.chars() {
            match words.last_mut() {
                Some(word) if !(was_small && letter.is_ascii_uppercase()) => word.push(letter.to_ascii_lowercase()),
                _ => words.push(letter.to_ascii_lowercase().to_string()),
            }
            was_small = letter.is_ascii_lowercase();
        }
        words
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_personal_by_its_name_or_by_a_word_in_it() {
        for name in ["name", "Email", "customer-mail", "customer_purchase_ip", "contactPhone", "ipAddress", "evidence"]
        {
            assert!(is_personal(name), "{name}");
        }
        for name in ["description", "subscription", "recipient", "plan", "zipper", "amount", "user_id", "receipts"] {
            assert!(!is_personal(name), "{name}");
        }
    }

    #[test]
    fn only_a_client_secret_is_secret_by_its_name() {
        assert!(is_secret("client_secret") && !is_secret("secret_label") && !is_personal("client_secret"));
    }
}
