//! The list of an API's functions. Everything that serves or checks all of them takes their names and handlers from it.

/// The name of the function with this handler: the API's name and the handler's, with hyphens.
#[must_use]
pub fn function_name(api: &str, handler: &str) -> String {
    format!("{api}-{}", handler.replace('_', "-"))
}

/// Lists the handlers of a routed API, whose name is that of its package. Each handler has a binary of the same name.
#[macro_export]
macro_rules! routed_functions {
    ($($handler:ident),+ $(,)?) => {
        /// The names of the functions of this API, which are those of its binaries.
        #[must_use]
        pub fn functions() -> Vec<String> {
            let handlers = [$(stringify!($handler)),+];
            handlers.iter().map(|handler| $crate::lambda::functions::function_name(env!("CARGO_PKG_NAME"), handler)).collect()
        }

        /// Answers a request as the function with this name does; `None` when this API has no such function.
        pub async fn respond_as(
            function: &str,
            request_id: &str,
            store: &$crate::store::Store,
            request: &$crate::lambda::request::Request,
        ) -> Option<$crate::lambda::response::Response> {
            $(
                if function == $crate::lambda::functions::function_name(env!("CARGO_PKG_NAME"), stringify!($handler)) {
                    let answer = $crate::lambda::bootstrap::respond(function, request_id, store, request, &$handler);
                    return Some(Box::pin(answer).await);
                }
            )+
            None
        }
    };
}

/// Lists the handlers of operators' functions, which have no route. Each handler has a binary of the same name.
#[macro_export]
macro_rules! operator_functions {
    ($($handler:ident),+ $(,)?) => {
        /// The names of the functions of operators, which are those of their binaries.
        #[must_use]
        pub fn functions() -> Vec<String> {
            let handlers = [$(stringify!($handler)),+];
            handlers.iter().map(|handler| $crate::lambda::functions::function_name(env!("CARGO_PKG_NAME"), handler)).collect()
        }

        /// Carries out an invocation as the function with this name does; `None` when operators have no such function.
        pub async fn operate_as(
            function: &str,
            request_id: &str,
            store: &$crate::store::Store,
            payload: &serde_json::value::RawValue,
        ) -> Option<Result<serde_json::Value, Error>> {
            $(
                if function == $crate::lambda::functions::function_name(env!("CARGO_PKG_NAME"), stringify!($handler)) {
                    let done = $crate::lambda::bootstrap::operate(function, request_id, store, payload, &$handler);
                    return Some(Box::pin(done).await);
                }
            )+
            None
        }
    };
}
