use lambda_runtime::{run, service_fn, Error, LambdaEvent};

static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("./migrations");

async fn handler(event: LambdaEvent<String>) -> Result<String, Error> {
    Ok(event.payload)
}

async fn prepare() -> Result<(), Error> {
    MIGRATOR.run(&pool()).await?; // ~ work-before-run
    Ok(())
}

#[tokio::main]
async fn main() -> Result<(), Error> {
    prepare().await?;
    run(service_fn(handler)).await
}
