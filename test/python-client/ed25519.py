"""Ed25519 as in RFC 8032, 5.1. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z."""
import hashlib

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def add(a, b):
	(x1, y1, z1, t1), (x2, y2, z2, t2) = a, b
	e, f = (y1 - x1) * (y2 - x2) % P, (y1 + x1) * (y2 + x2) % P
	g, h = 2 * t1 * t2 * D % P, 2 * z1 * z2 % P
	e, f, g, h = f - e, h - g, h + g, f + e
	return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, point):
	total = (0, 1, 1, 0)
	while n:
		if n & 1:
			total = add(total, point)
		point, n = add(point, point), n >> 1
	return total


def pack(point):
	x, y, z, _ = point
	inverse = pow(z, P - 2, P)
	return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, 'little')


def unpack(data):
	y = int.from_bytes(data, 'little')
	sign, y = y >> 255, y & (1 << 255) - 1
	square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
	x = pow(square, (P + 3) // 8, P)
	if (x * x - square) % P:
		x = x * pow(2, (P - 1) // 4, P) % P
	if y >= P or (x * x - square) % P or (x == 0 and sign):
		return None
	x = P - x if x & 1 != sign else x
	return x, y, 1, x * y % P


BASE = unpack((4 * pow(5, P - 2, P) % P).to_bytes(32, 'little'))


def secret_scalar(seed):
	digest = hashlib.sha512(seed).digest()
	return int.from_bytes(digest[:32], 'little') & (1 << 254) - 8 | 1 << 254, digest[32:]


def scalar_of(*parts):
	return int.from_bytes(hashlib.sha512(b''.join(parts)).digest(), 'little') % Q


def public_key(seed):
	return pack(times(secret_scalar(seed)[0], BASE))


def sign(seed, message):
	a, prefix = secret_scalar(seed)
	r, own = scalar_of(prefix, message), pack(times(a, BASE))
	point = pack(times(r, BASE))
	return point + ((r + scalar_of(point, own, message) * a) % Q).to_bytes(32, 'little')


def is_weak(key):
	"""§12: the point has a small order, or y is not below P."""
	y = int.from_bytes(key, 'little') & (1 << 255) - 1
	point = unpack(key)
	return y >= P or y in (1, P - 1) or point is not None and pack(times(8, point)) == pack((0, 1, 1, 0))


def verify(key, message, signature):
	a, s = unpack(key), int.from_bytes(signature[32:], 'little')
	if a is None or s >= Q or is_weak(key):
		return False
	minus = (P - a[0], a[1], 1, P - a[3])
	return pack(add(times(s, BASE), times(scalar_of(signature[:32], key, message), minus))) == signature[:32]
