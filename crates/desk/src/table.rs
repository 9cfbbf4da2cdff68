//! The table of routes: each with the rule that says who may use it. The router is built from the table alone.

use std::sync::Arc;

use ashkar_election::Permission;
use axum::extract::DefaultBodyLimit;
use axum::handler::Handler;
use axum::http::Method;
use axum::middleware;
use axum::routing::{MethodFilter, MethodRouter, on};
use axum::{Json, Router};

use crate::{Desk, guard, refusal};

/// Where the API is.
pub(crate) const API: &str = "/desk/api/v1";

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Anybody: signing in, and looking at an invitation.
    Anyone,
    /// Whoever knew the password, however far they have come.
    Begun,
    /// Whoever is awaited with a second factor.
    Awaited,
    /// Whoever is signed in, or must set up a second factor before that.
    Enrolling,
    /// Whoever is signed in fully: about one's own account, or where the handler decides by what is asked for.
    SignedIn,
    /// Those whose role may do it.
    May(Permission),
    /// Those whose role may do it, in a constituency that they look after: the first number of the path.
    MayThere(Permission),
}

/// What the body of a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// JSON.
    Json,
    /// A photo, as the phone took it.
    Jpeg,
    /// A list, as a CSV file.
    Csv,
}

/// A route, for those who look at the whole table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Declared {
    /// The method.
    pub method: Method,
    /// The path, with `{…}` where a value stands.
    pub path: String,
    /// Who may use it.
    pub rule: Rule,
    /// What it takes.
    pub content: Content,
}

/// Routes under declaration.
pub(crate) struct Table {
    declared: Vec<Declared>,
    routes: Vec<(String, MethodRouter<Arc<Desk>>, Rule, Content)>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self { declared: Vec::new(), routes: Vec::new() }
    }

    pub(crate) fn get<T: 'static>(self, path: &str, rule: Rule, handler: impl Handler<T, Arc<Desk>>) -> Self {
        self.with(Method::GET, MethodFilter::GET, path, rule, handler)
    }

    pub(crate) fn post<T: 'static>(
        self,
        path: &str,
        rule: Rule,
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        self.with(Method::POST, MethodFilter::POST, path, rule, handler)
    }

    /// The same for a photo.
    pub(crate) fn upload<T: 'static>(
        self,
        path: &str,
        rule: Rule,
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        self.taking(Method::POST, MethodFilter::POST, path, (rule, Content::Jpeg), handler)
    }

    /// The same for a list.
    pub(crate) fn take_csv<T: 'static>(
        self,
        path: &str,
        rule: Rule,
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        self.taking(Method::POST, MethodFilter::POST, path, (rule, Content::Csv), handler)
    }

    pub(crate) fn patch<T: 'static>(
        self,
        path: &str,
        rule: Rule,
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        self.with(Method::PATCH, MethodFilter::PATCH, path, rule, handler)
    }

    pub(crate) fn delete<T: 'static>(
        self,
        path: &str,
        rule: Rule,
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        self.with(Method::DELETE, MethodFilter::DELETE, path, rule, handler)
    }

    fn with<T: 'static>(
        self,
        method: Method,
        filter: MethodFilter,
        path: &str,
        rule: Rule,
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        self.taking(method, filter, path, (rule, Content::Json), handler)
    }

    fn taking<T: 'static>(
        mut self,
        method: Method,
        filter: MethodFilter,
        path: &str,
        (rule, content): (Rule, Content),
        handler: impl Handler<T, Arc<Desk>>,
    ) -> Self {
        let path = format!("{API}{path}");
        self.declared.push(Declared { method, path: path.clone(), rule, content });
        self.routes.push((path, on(filter, handler), rule, content));
        self
    }

    /// Every route with its rule.
    pub(crate) fn declared(self) -> Vec<Declared> {
        self.declared
    }

    /// The router: every route behind its guard, and nothing else below the API's address.
    pub(crate) fn router(self, desk: Arc<Desk>) -> Router {
        let mut router: Router<Arc<Desk>> = Router::new();
        for (path, handler, rule, content) in self.routes {
            let state = (Arc::clone(&desk), rule, content);
            router = router.route(&path, handler.layer(middleware::from_fn_with_state(state, guard::guard)));
        }
        router
            .route(&format!("{API}/{{*rest}}"), axum::routing::any(|| async { refusal::nothing_here() }))
            .method_not_allowed_fallback(|| async { refusal::wrong_method() })
            .layer(DefaultBodyLimit::disable())
            .with_state(desk)
    }
}

/// The body of an answer.
pub(crate) type Answer<T> = Result<Json<T>, refusal::Refusal>;
