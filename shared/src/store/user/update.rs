//! Changing and deleting a user.

use super::change::{By, Change, Purpose};
use crate::domain::activity::Action;
use crate::domain::entity_tag::ExpectedRevision;
use crate::domain::timestamp::Timestamp;
use crate::domain::user::{Names, User, UserEdit};
use crate::store::access::caller::Caller;
use crate::store::access::policy::Policy;
use crate::store::access::table::{Table, Write};
use crate::store::customer::header::CustomerHeader;
use crate::store::engine::error::StoreError;
use crate::store::engine::retry::Rounds;
use crate::store::engine::transaction::Outcome;
use crate::store::keys;
use crate::store::replay::Answer;

/// Why a user was not changed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ChangeUserError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The user is at another revision than the request expects.
    #[error("not the expected revision")]
    OtherRevision,
    /// Nobody of the reseller's own people could log in any more.
    #[error("the last active user of the reseller")]
    LastActive,
    /// An inactive user gets no link.
    #[error("an inactive user")]
    Inactive,
}

impl Table<Write> {
    /// Changes a user as `edit` says, starting from `current`, and again from the latest revision whenever another request was faster.
    /// An edit that changes nothing writes nothing; a user who becomes inactive loses its link and all sessions. `None` when the user
    /// no longer exists. `answer` makes what is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too.
    ///
    /// # Errors
    /// Those of `edit`, and [`ChangeUserError`]; then nothing was changed, unless the store gave no answer.
    pub async fn user_update<E: From<ChangeUserError>>(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        current: User,
        edit: impl Fn(&User) -> Result<UserEdit, E>,
        answer: Answer<'_, User>,
    ) -> Result<Option<User>, E> {
        caller.must(Policy::MANAGE).map_err(ChangeUserError::from)?;
        self.user_edit(caller, expected, current, edit, answer).await
    }

    /// Gives the person who calls these names. Everything else of the user stays as it is then. `None` when the user no longer exists.
    ///
    /// One call, a transaction, unless another request writes too; none when the person has these names.
    ///
    /// # Errors
    /// [`ChangeUserError::Store`]; then nothing was changed, unless the store gave no answer.
    pub async fn user_rename_oneself(&self, caller: &Caller<Write>, names: &Names) -> Result<Option<User>, ChangeUserError> {
        caller.must(Policy::ONESELF)?;
        let Some(person) = caller.person() else {
            return Ok(None);
        };
        let edit = |user: &User| Ok(UserEdit { names: names.clone(), role: user.role, is_active: user.is_active });
        self.user_edit(caller, &ExpectedRevision::default(), person.user.clone(), edit, &|_| Vec::new()).await
    }

    async fn user_edit<E: From<ChangeUserError>>(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut current: User,
        edit: impl Fn(&User) -> Result<UserEdit, E>,
        answer: Answer<'_, User>,
    ) -> Result<Option<User>, E> {
        let mut rounds = Rounds::default();
        loop {
            if !expected.admits(current.entity_tag()) {
                return Err(ChangeUserError::OtherRevision.into());
            }
            let edited = current.edited(edit(&current)?, Timestamp::now());
            if edited == current {
                self.store.connection.replay_keep(caller, || answer(&current)).await.map_err(ChangeUserError::from)?;
                return Ok(Some(current));
            }
            let change = Change {
                by: By::Caller(caller, &|| answer(&edited)),
                action: Action::UserUpdated,
                before: Some(&current),
                after: Some(&edited),
                displaced: None,
            };
            if self.user_try(change).await? {
                return Ok(Some(edited));
            }
            match self.user_still_there(caller, &current, &mut rounds).await.map_err(ChangeUserError::from)? {
                Some(latest) => current = latest,
                None => return Ok(None),
            }
        }
    }

    /// Deletes a user for ever. Its address is free, and its sessions and its link end. `None` when it no longer exists. `answer` makes
    /// what is kept of the answer, if the request has an idempotency key.
    ///
    /// One call, a transaction, unless another request writes too.
    ///
    /// # Errors
    /// [`ChangeUserError`]; then nothing was deleted, unless the store gave no answer.
    pub async fn user_delete(
        &self,
        caller: &Caller<Write>,
        expected: &ExpectedRevision,
        mut current: User,
        answer: Answer<'_, ()>,
    ) -> Result<Option<()>, ChangeUserError> {
        caller.must(Policy::MANAGE)?;
        let mut rounds = Rounds::default();
        loop {
            if !expected.admits(current.entity_tag()) {
                return Err(ChangeUserError::OtherRevision);
            }
            let change = Change {
                by: By::Caller(caller, &|| answer(&())),
                action: Action::UserDeleted,
                before: Some(&current),
                after: None,
                displaced: None,
            };
            if self.user_try(change).await? {
                return Ok(Some(()));
            }
            match self.user_still_there(caller, &current, &mut rounds).await? {
                Some(latest) => current = latest,
                None => return Ok(None),
            }
        }
    }

    /// Carries out a change; `false` when the user, or its organization, is no longer what it was.
    async fn user_try(&self, change: Change<'_>) -> Result<bool, ChangeUserError> {
        match self.store.user_commit(change, None).await? {
            Outcome::Done => Ok(true),
            // The user is what it was. It is one of the reseller's own people, and the reseller refuses nothing else.
            Outcome::Refused(purposes) if purposes == [Purpose::Organization] && is_own(change) => {
                Err(ChangeUserError::LastActive)
            }
            Outcome::Refused(_) => Ok(false),
        }
    }

    /// The user as it is now, after a change was refused; `None` when it no longer exists, or its customer does not. One call, after a
    /// pause.
    pub(super) async fn user_still_there(
        &self,
        caller: &Caller<Write>,
        user: &User,
        rounds: &mut Rounds,
    ) -> Result<Option<User>, StoreError> {
        rounds.pause(StoreError::Contended, "others changed the user").await?;
        let reseller = caller.reseller();
        let (key, header) = (keys::user(user.place(reseller)), keys::organization_header(reseller, user.organization()));
        let rows = self.store.connection.read(vec![key.clone(), header.clone()]).await?;
        let is_deleted = rows.get::<CustomerHeader>(&header)?.is_some_and(|header| header.deleted_at.is_some());
        if is_deleted { Ok(None) } else { rows.get(&key) }
    }
}

fn is_own(change: Change<'_>) -> bool {
    change.before.is_some_and(|user| user.customer.is_none())
}
