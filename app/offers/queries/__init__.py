"""What is asked of coupons, gift cards and offers."""
