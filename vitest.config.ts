import { defineConfig } from 'vitest/config'

/** One project per workspace, so that each part's tests run alone: `./guichet test --project tickets`. */
const databaseProjects = ['accounts', 'events', 'tickets', 'notifications'].map((name) => ({
  name,
  root: `services/${name}`,
}))
const packageProjects = ['database', 'embedded-postgres', 'messaging', 'problem', 'server', 'testkit'].map((name) => ({
  name,
  root: `packages/${name}`,
}))
const others = ['sandbox', 'bench', 'cli', 'web', 'e2e'].map((name) => ({ name, root: name }))

export default defineConfig({
  test: {
    // Two cores are what we promise to run on; more files at once only wait for each other.
    maxWorkers: 2,
    projects: [...packageProjects, ...databaseProjects, ...others, { name: 'repository', root: '.' }].map(
      ({ name, root }) => ({
        test: {
          name,
          root,
          environment: 'node',
          include: name === 'repository' ? ['tests/*.test.ts'] : ['tests/**/*.test.ts', 'src/**/*.test.ts'],
          globalSetup: [`${import.meta.dirname}/packages/testkit/src/setup.ts`],
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      }),
    ),
  },
})
