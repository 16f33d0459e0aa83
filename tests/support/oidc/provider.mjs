// An OpenID Connect server for tests: one resource (Kehu), one public client, people by any login.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const algorithm = process.argv[2];
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = (pair, kid, alg) => ({ ...pair.privateKey.export({ format: "jwk" }), kid, alg, use: "sig" });

const settings = {
  jwks: { keys: [jwk(rsa, "rsa", "RS256"), jwk(ec, "ec", "ES256")] },
  cookies: { keys: ["only for tests"] },
  clients: [
    {
      client_id: "front-end",
      redirect_uris: ["http://127.0.0.1/back"],
      token_endpoint_auth_method: "none",
      application_type: "native",
    },
  ],
  findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  extraTokenClaims: (context, token) => ({
    realm_access: { roles: [token.accountId.startsWith("boss") ? "general_manager" : "finance"] },
  }),
  features: {
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (context, resource) => ({
        scope: "kehu",
        audience: resource,
        accessTokenFormat: "jwt",
        accessTokenTTL: 600,
        jwt: { sign: { alg: algorithm } },
      }),
    },
  },
};
let answer;
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  answer = new Provider(issuer, settings).callback();
  console.log(issuer);
});
