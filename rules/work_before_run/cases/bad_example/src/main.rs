use lambda_runtime::{run, service_fn, Error, LambdaEvent};

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    let pool = pool();
    sqlx::migrate!().run(&pool).await?; // ~ work-before-run
    run(service_fn(handler)).await
}
