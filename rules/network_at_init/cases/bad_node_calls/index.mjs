import { SecretsManagerClient, GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import pg from "pg";

const secrets = new SecretsManagerClient({});
const secret = await secrets.send(new GetSecretValueCommand({ SecretId: "db" }));  // ~ network-at-init
const flags = await fetch("https://flags.example.com");  // ~ network-at-init
const pool = new pg.Pool({ password: secret.SecretString });
await pool.query("select 1");  // ~ network-at-init

export const handler = async () => pool.query("select 2", [flags]);
