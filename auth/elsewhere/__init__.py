"""Sign-in elsewhere: at a provider of OpenID Connect, or at a proxy in front. Roles come from groups there."""
