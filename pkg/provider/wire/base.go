package wire

import (
	"net"
	"net/http"
	"time"
)

// NewBase makes the transport that New puts below itself: the standard one, with the proxy that the
// environment names, as many idle connections to a host as a busy evaluation keeps, and small headers.
func NewBase() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout:    15 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           512,
		MaxIdleConnsPerHost:    256, // the standard 2 would open a connection per request from -j 3 on
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 256 << 10,
		DisableCompression:     true, // decompression has a cap here, and the standard one has none
	}
}
