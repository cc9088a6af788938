use lambda_http::{run, service_fn, Body, Error, Request, Response};

async fn route(name: String, request: Request) -> Result<Response<Body>, Error> {
    let client = reqwest::Client::default(); // ~ client-in-handler
    let text = client.get(name + request.uri().path()).send().await?.text().await?;
    Ok(Response::new(text.into()))
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let name = std::env::var("NAME")?;
    let handler = |request: Request| route(name.clone(), request);
    run(service_fn(handler)).await
}
