//! The chart of accounts: a closed list with stable names, because the names are stored.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Defines the accounts with their names.
macro_rules! accounts {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// An account of the chart. Append only: the names stand in journals.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Account {$(
            $(#[$doc])*
            $variant,
        )*}

        impl Account {
            /// The whole chart, in its order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The account's name: its path in the chart.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

accounts! {
    /// Finalized, not yet paid
    Receivable = "assets:receivable",
    /// Claimed by a business event, not yet matched by a balance transaction, or the reverse
    Clearing = "assets:stripe:clearing",
    /// What Stripe holds for us: the sum of `net`
    StripeBalance = "assets:stripe:balance",
    /// What Stripe holds back
    Reserved = "assets:stripe:reserved",
    /// Withdrawn over a dispute whose outcome is unknown
    Contested = "assets:disputes:contested",
    /// Payouts on their way to the bank
    InTransit = "assets:payouts:in_transit",
    /// Money outside Stripe
    Bank = "assets:bank",
    /// Received, not yet applied to anything sold
    Unapplied = "liabilities:unapplied",
    /// Invoiced, not yet earned
    Deferred = "liabilities:deferred",
    /// Tax owed to the authorities
    Tax = "liabilities:tax",
    /// Credit of customers: the sum of its debits is `customer.balance`
    CustomerCredit = "liabilities:customer_credit",
    /// Refunds promised and not yet delivered
    RefundsPayable = "liabilities:refunds_payable",
    /// Owed to connected accounts
    Connect = "liabilities:connect",
    /// Revenue, before what is taken off it again
    Revenue = "income:revenue",
    /// Application fees from connected accounts
    ApplicationFees = "income:application_fees",
    /// Earned revenue given back by refunds
    ContraRefunds = "income:contra:refunds",
    /// Earned revenue given back by credit notes
    ContraCreditNotes = "income:contra:credit_notes",
    /// Earned revenue lost in disputes
    ContraDisputes = "income:contra:disputes",
    /// Earned revenue of voided invoices
    ContraVoids = "income:contra:voids",
    /// Credit given to customers without a document
    ContraGoodwill = "income:contra:goodwill",
    /// Fees for taking payments
    ProcessingFees = "expenses:fees:processing",
    /// Fees for disputes
    DisputeFees = "expenses:fees:dispute",
    /// Fees for billing products
    BillingFees = "expenses:fees:billing",
    /// Tax on fees
    FeeTax = "expenses:fees:tax",
    /// Other fees
    OtherFees = "expenses:fees:other",
    /// Passed on to connected accounts out of sales of one's own
    PassedOn = "expenses:connect",
    /// Earned, but written off as uncollectible
    BadDebt = "expenses:bad_debt",
    /// Between two currencies
    Exchange = "equity:fx",
    /// What existed before the log began
    Opening = "equity:opening",
    /// Not yet explained
    Suspense = "suspense",
}

impl Account {
    /// The account of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|account| account.as_str() == name)
    }
}

impl Serialize for Account {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Account {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&name).ok_or_else(|| de::Error::custom(format!("no account of the chart: {name:?}")))
    }
}
