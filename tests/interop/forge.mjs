// Answers questions about @forge/manifest and jose: a line of JSON in, a line of JSON out.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import * as jose from 'jose';

const require = createRequire(import.meta.url);
const manifest = require('@forge/manifest');
const yaml = createRequire(require.resolve('@forge/manifest'))('yaml');
console.log = console.error; // stdout is for the answers

// Each answer is Atlassian's own, for the manifest.yml of a folder.
async function validated(folder, type) {
  process.chdir(folder);
  const { success, errors } = await manifest.ProcessorBuilder.instance().withValidation(type).build().process();
  return { success, errors: errors.map(({ level, message }) => `${level}: ${message}`) };
}

const operations = {
  validate: async ({ folder }) => {
    process.chdir(folder);
    const { success, errors } = await manifest.validate();
    return { success, errors: errors.map(({ level, message }) => `${level}: ${message}`) };
  },
  validateTriggers: ({ folder }) => validated(folder, manifest.ValidationTypes.PRODUCT_TRIGGER),
  invalidEndpoints: ({ module, endpoints }) => manifest.findInvalidEndpointReferences(module, endpoints),
  missingScopes: ({ existing, required }) => manifest.getMissingScopes(existing, { current: required }),
  scopesOfEvent: async ({ event }) => (await manifest.validateTriggerScopes(event, [])).requiredScopes,
  // What `forge register` does to a manifest: @forge/cli-shared 9.8.0, out/config/config-file.js.
  register: ({ file, id }) => {
    const document = yaml.parseDocument(readFileSync(file, 'utf8'));
    document.set('app', { ...document.toJSON().app, id });
    writeFileSync(file, document.toString({ nullStr: '' }));
  },
  moduleNames: () => manifest.SUPPORTED_MODULES,
  signFit: async ({ claims, privateKey, kid }) =>
    new jose.SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(await jose.importPKCS8(privateKey, 'RS256')),
  verifyFit: async ({ token, jwks, audience }) =>
    (await jose.jwtVerify(token, jose.createLocalJWKSet(jwks), { audience, issuer: 'forge/invocation-token' }))
      .payload,
  publicJwk: async ({ publicKey, kid }) => ({
    ...(await jose.exportJWK(await jose.importSPKI(publicKey, 'RS256'))), kid, alg: 'RS256', use: 'sig',
  }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { operation, ...question } = JSON.parse(line);
  let answer;
  try {
    answer = { value: (await operations[operation](question)) ?? null };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
