/* The OpenAPI document, as text. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

extern const char openapi_document[];

#endif
