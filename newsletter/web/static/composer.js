/* made of 67efe7e5ce706b2f */
(()=>{})();
