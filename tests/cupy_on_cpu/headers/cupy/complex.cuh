// The names that CuPy's generated code expects of its complex numbers, from the standard library.
#pragma once
#include <complex>
using std::complex; using std::real; using std::imag; using std::arg; using std::conj;
using std::exp; using std::exp2; using std::expm1; using std::log; using std::log10; using std::log1p; using std::log2;
using std::sin; using std::cos; using std::tan; using std::sinh; using std::cosh; using std::tanh;
using std::asin; using std::acos; using std::atan; using std::asinh; using std::acosh; using std::atanh; using std::atan2;
using std::sqrt; using std::cbrt; using std::pow; using std::hypot; using std::fabs; using std::floor; using std::ceil;
using std::trunc; using std::rint; using std::round; using std::fmod; using std::fmax; using std::fmin;
using std::copysign; using std::nextafter; using std::erf; using std::erfc; using std::lgamma; using std::tgamma;
using std::ldexp; using std::frexp; using std::modf;
