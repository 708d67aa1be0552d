//! The tables of one generation: made bare, indexed when the rows are in.

use sqlx::{Executor, PgConnection};

/// A part of a generation that can be rebuilt by itself: its name, its tables, its keys and indexes.
#[derive(Debug)]
pub struct Part {
    /// What operators call it.
    pub name: &'static str,
    /// Its tables.
    pub tables: &'static [&'static str],
    schema: &'static str,
    replaced: &'static str,
    growing: &'static str,
}

/// Which tables: those whose rows are replaced when states change, or those that only ever grow, which a rebuild neither
/// reads nor removes from and so can index last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tables {
    /// Rows are replaced.
    Replaced,
    /// Rows are only added.
    Growing,
}

/// Defines the parts from their folders: those with rows that are replaced, then those that only grow.
macro_rules! parts {
    ($($constant:ident: $name:literal = [$($folder:literal),+] + [$($growing:literal),*], $tables:expr;)*) => {
        $(const $constant: Part = Part {
            name: $name,
            tables: &$tables,
            schema: concat!($(include_str!(concat!($folder, "/schema.sql")),)+ $(include_str!(concat!($growing, "/schema.sql"))),*),
            replaced: concat!($(include_str!(concat!($folder, "/indexes.sql"))),+),
            growing: concat!($(include_str!(concat!($growing, "/indexes.sql"))),*),
        };)*
        /// All parts; the first is what the worker itself stands on.
        pub const PARTS: &[Part] = &[$($constant),*];
    };
}

parts! {
    AGGREGATES: "aggregates" = ["objects", "changes"] + ["aggregates", "records"],
        ["object", "event", "record_outcome", "change"];
    ENTITLEMENTS: "entitlements" = ["entitlements"] + [], ["entitlement_source"];
    SUBSCRIPTIONS: "subscriptions" = ["subscriptions"] + [], ["subscription"];
    CUSTOMERS: "customers" = ["customers"] + [], ["customer", "account_link"];
    JOURNAL: "journal" = ["journal", "balances"] + [], ["posting", "balance"];
    DISPUTES: "disputes" = ["disputes"] + [], ["dispute"];
    INVOICES: "invoices" = ["invoices"] + [], ["invoice"];
    PAYMENTS: "payments" = ["payments"] + [], ["payment"];
    ATTENTION: "attention" = ["attention"] + [], ["attention"];
    PARKED: "parked" = ["parked"] + [], ["parked"];
}

impl Part {
    /// Makes its tables in the first schema of the search path.
    ///
    /// # Errors
    /// What the database says.
    pub async fn create(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        connection.execute(self.schema).await.map(drop)
    }

    /// Drops its tables from the first schema of the search path.
    ///
    /// # Errors
    /// What the database says.
    pub async fn drop_tables(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        // Not checked at compile time: the names are those above.
        connection.execute(format!("drop table {}", self.tables.join(", ")).as_str()).await.map(drop)
    }

    /// Makes all its keys and indexes.
    ///
    /// # Errors
    /// What the database says: a row that stands twice, for one.
    pub async fn index(&self, connection: &mut PgConnection) -> Result<(), sqlx::Error> {
        self.index_tables(connection, Tables::Replaced).await?;
        self.index_tables(connection, Tables::Growing).await
    }

    /// Makes the keys and indexes of these of its tables.
    ///
    /// # Errors
    /// What the database says: a row that stands twice, for one.
    pub async fn index_tables(&self, connection: &mut PgConnection, tables: Tables) -> Result<(), sqlx::Error> {
        let indexes = match tables {
            Tables::Replaced => self.replaced,
            Tables::Growing => self.growing,
        };
        connection.execute(indexes).await.map(drop)
    }
}
