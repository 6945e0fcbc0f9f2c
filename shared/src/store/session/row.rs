//! The row of a session.

use serde::{Deserialize, Serialize};

use crate::domain::session::Session;
use crate::domain::token::{NewToken, TokenHash};
use crate::domain::user::UserPlace;
use crate::store::engine::error::StoreError;
use crate::store::engine::expressions::{Expressions, IS_NEW};
use crate::store::engine::row::{Item, row};
use crate::store::engine::transaction::Transaction;
use crate::store::keys;

/// The row of a session. What the seal reads of it is the session alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct SessionRow {
    #[serde(flatten)]
    pub(super) session: Session,
    /// The hash of its token, by which the session is named in a list.
    pub(super) hash: TokenHash,
    /// In seconds since 1970: DynamoDB deletes the row some time after that.
    expires_at: i64,
}

/// The row of the session whose token has this hash, as it is now.
pub(super) fn session_row(place: UserPlace, hash: &TokenHash, session: &Session) -> Result<Item, StoreError> {
    let content = SessionRow { session: session.clone(), hash: hash.clone(), expires_at: session.end().seconds() };
    row(&keys::session(place, hash), &content)
}

/// Adds to a transaction that this session begins.
pub(super) fn begin<P>(
    transaction: Transaction<P>,
    purpose: P,
    place: UserPlace,
    token: &NewToken,
    session: &Session,
) -> Result<Transaction<P>, StoreError> {
    Ok(transaction.put(purpose, session_row(place, token.hash(), session)?, Expressions::when(IS_NEW)))
}
