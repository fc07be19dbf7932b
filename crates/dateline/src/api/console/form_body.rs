//! What a form of the console sends. What means nothing is answered by a page that names the field, what was read and what is expected.

use axum::extract::{FromRequest, RawForm, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::PageProblem;
use crate::api::Problem;
use crate::api::json_body::unread;
use crate::api::parameters::read_own;

/// The fields of a form.
pub(super) struct FormBody<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + JsonSchema> FromRequest<S> for FormBody<T> {
    type Rejection = PageProblem;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageProblem> {
        let RawForm(form) = RawForm::from_request(request, state).await.map_err(|rejection| {
            let status = rejection.into_response().status();
            match status {
                StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(
                    status,
                    "this is not sent as a form; send it with Content-Type: application/x-www-form-urlencoded",
                ),
                status => unread(status),
            }
        })?;
        // A long one is not copied unless something is wrong with it.
        if let Ok(fields) = serde_urlencoded::from_bytes(&form) {
            return Ok(Self(fields));
        }
        let pairs: Vec<_> = form_urlencoded::parse(&form).into_owned().collect();
        Ok(Self(read_own(&pairs, &[])?))
    }
}
