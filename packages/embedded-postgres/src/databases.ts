import { Client } from 'pg'

/**
 * Makes a database that belongs to one role, and the role itself, or brings an existing pair up to date (the
 * password is set each time). No other role may connect to the database: services cannot read each other's data.
 */
export async function createDatabaseWithRole(
  superuserUrl: string,
  { database, role, password }: { database: string; role: string; password: string },
): Promise<void> {
  const client = new Client({ connectionString: superuserUrl })
  await client.connect()
  try {
    const databaseName = client.escapeIdentifier(database)
    const roleName = client.escapeIdentifier(role)
    await client.query(`select pg_advisory_lock(hashtext('guichet.databases'))`)

    const { rowCount: roles } = await client.query('select from pg_roles where rolname = $1', [role])
    await client.query(
      `${roles ? 'alter' : 'create'} role ${roleName} login nosuperuser nocreatedb nocreaterole password ${client.escapeLiteral(password)}`,
    )
    const { rowCount: databases } = await client.query('select from pg_database where datname = $1', [database])
    if (!databases) await client.query(`create database ${databaseName} owner ${roleName}`)
    await client.query(`revoke all on database ${databaseName} from public`)
    // By default everybody may also look into these two.
    await client.query('revoke connect on database postgres, template1 from public')
  } finally {
    await client.end()
  }
}
